/** Metrics for clips and events, with intervals. Requires only {@code java.base}. */
module org.unmute.metrics {
    requires static org.jspecify;

    exports org.unmute.metrics;
    exports org.unmute.metrics.event;
    exports org.unmute.metrics.interval;
}
