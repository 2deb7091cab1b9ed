//! What the dialects have different names for.

/// A dialect of SQL, and the tables that it is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Amazon Athena, table `cloudtrail_logs` with manual partitions.
    Athena,
    /// Amazon Athena, table `cloudtrail_logs_pp` with partition projection.
    AthenaProjection,
    /// Trino, over JSON.
    Trino,
    /// Spark SQL, over JSON.
    Spark,
    /// DuckDB, over JSON.
    DuckDb,
}

impl Dialect {
    /// Tells whether the tables are Athena's.
    pub(super) fn is_athena(self) -> bool {
        matches!(self, Self::Athena | Self::AthenaProjection)
    }

    pub(super) fn table(self) -> &'static str {
        match self {
            Self::Athena => "cloudtrail_logs",
            Self::AthenaProjection => "cloudtrail_logs_pp",
            Self::Trino | Self::Spark | Self::DuckDb => "records",
        }
    }

    pub(super) fn columns(self) -> &'static str {
        match self {
            Self::Athena | Self::AthenaProjection => {
                "eventtime, eventid, recipientaccountid, awsregion, eventsource, eventname, useridentity.arn, sourceipaddress, errorcode"
            }
            Self::Trino | Self::Spark | Self::DuckDb => "record",
        }
    }

    /// Says, in comments, what the table is and what bounds the costs.
    pub(super) fn preface(self) -> &'static str {
        match self {
            Self::Athena => {
                "-- The table is that of the Athena guide, with manual partitions; bound what is read by\n--   AND region = 'us-east-1' AND year = '2026' AND month = '01'\n"
            }
            Self::AthenaProjection => {
                "-- The table is that of the Athena guide, with partition projection; bound what is read by\n--   AND \"timestamp\" BETWEEN '2026/01/01' AND '2026/01/31'\n"
            }
            Self::Trino => {
                "-- `records` has a column `record`, the JSON text of one record: over a table of whole log files,\n--   CREATE VIEW records AS SELECT json_format(record) AS record FROM log_files\n--   CROSS JOIN UNNEST(CAST(json_extract(content, '$.Records') AS array(json))) AS t (record)\n"
            }
            Self::Spark => {
                "-- `records` has a column `record`, the JSON text of one record:\n--   CREATE TEMPORARY VIEW records AS SELECT explode(from_json(value, 'Records array<string>').Records) AS record\n--   FROM text.`LOGS/*.json.gz`\n"
            }
            Self::DuckDb => {
                "-- `records` has a column `record`, the JSON of one record:\n--   CREATE VIEW records AS SELECT unnest(\"Records\") AS record\n--   FROM read_json('LOGS/**/*.json.gz', columns = {'Records': 'JSON[]'}, maximum_object_size = 268435456)\n"
            }
        }
    }

    /// Writes a text as a literal.
    pub(super) fn literal(self, text: &str) -> String {
        // Spark reads escapes in literals, the others none.
        let text = if self == Self::Spark { text.replace('\\', "\\\\") } else { text.to_owned() };
        let quote = if self == Self::Spark { "\\'" } else { "''" };
        format!("'{}'", text.replace('\'', quote))
    }
}
