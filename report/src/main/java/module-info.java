/** Charts as SVG, PNG and CSV. */
module org.unmute.report {
    requires java.desktop;

    exports org.unmute.report.chart;
    exports org.unmute.report.drawing;
    exports org.unmute.report.plot;
}
