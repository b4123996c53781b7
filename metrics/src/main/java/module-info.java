/** Metrics of clips and of events, with intervals. Needs nothing but Java. */
module org.unmute.metrics {
    exports org.unmute.metrics;
    exports org.unmute.metrics.event;
    exports org.unmute.metrics.interval;
}
