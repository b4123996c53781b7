/** The unmute command. */
module org.unmute.cli {
    requires org.unmute.benchmark;
    requires org.unmute.convert;
    requires org.unmute.mpeg;
    requires org.unmute.options;
    requires org.unmute.report;
    requires jdk.management;
    requires info.picocli;
    requires com.fasterxml.jackson.databind;

    opens org.unmute.cli to
            info.picocli;
    opens org.unmute.cli.audio to
            com.fasterxml.jackson.databind;
    opens org.unmute.cli.base to
            info.picocli;
    opens org.unmute.cli.benchmark to
            info.picocli;
    opens org.unmute.cli.clip to
            info.picocli,
            com.fasterxml.jackson.databind;
    opens org.unmute.cli.command to
            info.picocli,
            com.fasterxml.jackson.databind;
    opens org.unmute.cli.console to
            com.fasterxml.jackson.databind;
    opens org.unmute.cli.detect to
            info.picocli,
            com.fasterxml.jackson.databind;
    opens org.unmute.cli.embed to
            com.fasterxml.jackson.databind;
    opens org.unmute.cli.explain to
            info.picocli;
    opens org.unmute.cli.export to
            info.picocli;
    opens org.unmute.cli.feature to
            info.picocli,
            com.fasterxml.jackson.databind;
    opens org.unmute.cli.field to
            info.picocli,
            com.fasterxml.jackson.databind;
    opens org.unmute.cli.event to
            info.picocli;
    opens org.unmute.cli.eval to
            info.picocli,
            com.fasterxml.jackson.databind;
    opens org.unmute.cli.option to
            info.picocli;
    opens org.unmute.cli.pretrain to
            info.picocli;
    opens org.unmute.cli.probe to
            info.picocli,
            com.fasterxml.jackson.databind;
    opens org.unmute.cli.report to
            info.picocli;
    opens org.unmute.cli.review to
            info.picocli,
            com.fasterxml.jackson.databind;
    opens org.unmute.cli.scene to
            info.picocli;
    opens org.unmute.cli.score to
            com.fasterxml.jackson.databind;
    opens org.unmute.cli.search to
            info.picocli,
            com.fasterxml.jackson.databind;
}
