/** Charts, tables and pages of results, and explanations of individual clips. */
module org.unmute.report {
    requires transitive org.unmute.benchmark;
    requires java.desktop;
    requires ejml.core;
    requires ejml.ddense;

    exports org.unmute.report.benchmark;
    exports org.unmute.report.chart;
    exports org.unmute.report.clip;
    exports org.unmute.report.demo;
    exports org.unmute.report.drawing;
    exports org.unmute.report.event;
    exports org.unmute.report.field;
    exports org.unmute.report.page;
    exports org.unmute.report.table;
}
