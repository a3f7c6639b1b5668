/**
 * Functions of `pg_catalog` that a query of an article may call. What is not listed is refused: several functions act
 * on the server even inside a READ ONLY transaction (`pg_terminate_backend`, `pg_reload_conf`, slot functions), others
 * read files, run SQL given as text (`query_to_xml`), wait, or take whatever memory they are told to (`repeat`).
 */

const aggregates = `
any_value array_agg avg bit_and bit_or bool_and bool_or corr count covar_pop covar_samp every json_agg json_object_agg
jsonb_agg jsonb_object_agg max min mode percentile_cont percentile_disc regr_avgx regr_avgy regr_count regr_intercept
regr_r2 regr_slope stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance
cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number`;

const text = `
ascii bit_length btrim char_length character_length chr concat concat_ws decode encode format initcap left length
like_escape lower ltrim md5 normalize is_normalized octet_length overlay parse_ident position quote_ident quote_literal
quote_nullable regexp_count regexp_instr regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array
regexp_split_to_table regexp_substr replace reverse right rtrim similar_escape similar_to_escape split_part starts_with
string_to_array string_to_table strpos substr substring to_hex translate trim upper`;

const numbers = `
abs cbrt ceil ceiling div exp floor gcd lcm ln log log10 min_scale mod pow power round scale sign sqrt trim_scale trunc
width_bucket factorial degrees radians int2 int4 int8 float4 float8 numeric bool name text`;

const time = `
age clock_timestamp date date_bin date_part date_trunc extract isfinite justify_days justify_hours justify_interval
make_date make_interval make_time make_timestamp make_timestamptz now overlaps statement_timestamp timeofday timezone
to_char to_date to_number to_timestamp transaction_timestamp interval time timestamp timestamptz`;

const collections = `
array_append array_cat array_dims array_length array_lower array_ndims array_position array_positions array_prepend
array_remove array_replace array_to_json array_to_string array_upper cardinality generate_series generate_subscripts
unnest isempty lower_inc upper_inc range_merge
json_array_elements json_array_elements_text json_array_length json_build_array json_build_object json_each
json_each_text json_extract_path json_extract_path_text json_object json_object_keys json_strip_nulls json_typeof
jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each
jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_object jsonb_object_keys jsonb_pretty jsonb_strip_nulls
jsonb_typeof row_to_json to_json to_jsonb num_nonnulls num_nulls`;

const network = `
abbrev broadcast family host hostmask inet_client_addr inet_client_port inet_merge inet_same_family inet_server_addr
inet_server_port masklen netmask network set_masklen`;

const session = `
current_catalog current_database current_schema current_schemas current_setting current_query pg_backend_pid
pg_conf_load_time pg_current_logfile pg_jit_available pg_listening_channels pg_my_temp_schema
pg_notification_queue_usage pg_postmaster_start_time version row_security_active
pg_blocking_pids pg_safe_snapshot_blocking_pids pg_lock_status pg_prepared_xact pg_show_all_settings
pg_show_all_file_settings pg_hba_file_rules pg_get_wait_events pg_get_replication_slots pg_timezone_names`;

const privileges = `
acldefault aclexplode has_any_column_privilege has_column_privilege has_database_privilege
has_foreign_data_wrapper_privilege has_function_privilege has_language_privilege has_parameter_privilege
has_schema_privilege has_sequence_privilege has_server_privilege has_table_privilege has_tablespace_privilege
has_type_privilege pg_has_role`;

const catalog = `
col_description format_type obj_description pg_char_to_encoding pg_describe_object pg_encoding_max_length
pg_encoding_to_char pg_function_is_visible pg_get_constraintdef pg_get_expr pg_get_function_arguments
pg_get_function_identity_arguments pg_get_function_result pg_get_indexdef pg_get_userbyid pg_get_viewdef
pg_identify_object pg_input_error_info pg_input_is_valid pg_options_to_table pg_table_is_visible pg_tablespace_location
pg_type_is_visible pg_typeof pg_collation_for shobj_description to_regclass to_regcollation to_regnamespace to_regoper
to_regoperator to_regproc to_regprocedure to_regrole to_regtype
pg_column_size pg_database_size pg_indexes_size pg_relation_filenode pg_relation_size pg_size_bytes pg_size_pretty
pg_table_size pg_tablespace_size pg_total_relation_size`;

/** Those of write-ahead log, recovery and transactions that only look; `txid_current` would take a transaction id. */
const progress = `
mxid_age pg_control_checkpoint pg_control_init pg_control_recovery pg_control_system pg_current_snapshot
pg_current_wal_flush_lsn pg_current_wal_insert_lsn pg_current_wal_lsn pg_current_xact_id_if_assigned
pg_get_wal_replay_pause_state pg_is_in_recovery pg_is_wal_replay_paused pg_last_committed_xact
pg_last_wal_receive_lsn pg_last_wal_replay_lsn pg_last_xact_replay_timestamp pg_snapshot_xmax pg_snapshot_xmin
pg_split_walfile_name pg_wal_lsn_diff pg_walfile_name pg_xact_commit_timestamp pg_xact_status txid_current_if_assigned
txid_current_snapshot txid_snapshot_xmax txid_snapshot_xmin txid_status`;

const listed: ReadonlySet<string> = new Set(
	[aggregates, text, numbers, time, collections, network, session, privileges, catalog, progress]
		.join(' ')
		.split(/\s+/)
		.filter((name) => name !== ''),
);

/** Whether a query may call it. The functions behind the statistics views all only read. */
export function isAllowedFunction(name: string): boolean {
	return listed.has(name) || /^pg_stat_get_[a-z0-9_]+$/.test(name);
}

export function allowedFunctions(): Iterable<string> {
	return listed;
}
