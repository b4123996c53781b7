/** The unmute command. */
module org.unmute.cli {
    requires org.unmute.experiments;
    requires org.unmute.convert;
    requires org.unmute.codecs;
    requires org.unmute.report;
    requires java.desktop;
    requires jdk.management;
    requires info.picocli;
    requires com.fasterxml.jackson.databind;
    requires org.apache.commons.csv;
    requires ejml.core;
    requires ejml.ddense;

    opens org.unmute.cli to
            info.picocli,
            com.fasterxml.jackson.databind;
}
