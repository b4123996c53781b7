/** Detection in recordings of any length, tables of events, and their scores. */
module org.unmute.events {
    requires transitive org.unmute.data;

    exports org.unmute.events.decision;
    exports org.unmute.events.detection;
    exports org.unmute.events.encoder;
    exports org.unmute.events.recording;
    exports org.unmute.events.scoring;
    exports org.unmute.events.strong;
}
