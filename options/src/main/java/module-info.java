/** Command-line options for encoders, recordings and events. */
module org.unmute.options {
    requires transitive org.unmute.events;
    requires info.picocli;

    exports org.unmute.options;

    opens org.unmute.options to
            info.picocli;
}
