//! Metric filters on every log group of a region.

use super::Fault;
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::{MetricFilter, MetricTransformation};
use aws_types::SdkConfig;
use serde_json::{Value, json};

/// Returns the metric filters of a region as `aws logs describe-metric-filters` prints them.
pub(super) async fn read(config: &SdkConfig) -> Result<Value, Fault> {
    let client = Client::new(config);
    let (mut filters, mut token) = (Vec::new(), None);
    loop {
        let page = client.describe_metric_filters().set_next_token(token).send();
        let page = page.await.map_err(|error| Fault::of("logs:DescribeMetricFilters", error))?;
        filters.extend(page.metric_filters().iter().map(entry));
        token = page.next_token;
        if token.is_none() {
            return Ok(json!({ "metricFilters": filters }));
        }
    }
}

fn entry(filter: &MetricFilter) -> Value {
    json!({
        "filterName": filter.filter_name(),
        "filterPattern": filter.filter_pattern(),
        "logGroupName": filter.log_group_name(),
        "metricTransformations": filter.metric_transformations().iter().map(transformation).collect::<Vec<_>>(),
    })
}

fn transformation(of: &MetricTransformation) -> Value {
    json!({
        "metricName": of.metric_name(),
        "metricNamespace": of.metric_namespace(),
        "metricValue": of.metric_value(),
    })
}
