/** Detects events in recordings of any length, reads and writes tables of events, and scores them. */
module org.unmute.events {
    requires transitive org.unmute.data;

    exports org.unmute.events.clips;
    exports org.unmute.events.decision;
    exports org.unmute.events.detection;
    exports org.unmute.events.encoder;
    exports org.unmute.events.field;
    exports org.unmute.events.recording;
    exports org.unmute.events.review;
    exports org.unmute.events.scoring;
    exports org.unmute.events.search;
    exports org.unmute.events.strong;
}
