package org.unmute.events.detection;

import org.unmute.data.annotation.AnnotationFormat;

/** Tables of a detection folder. Names are those that users of each program look for. */
public enum OutputFormat {
    /** {@code events.csv}: all events. */
    CSV(AnnotationFormat.CSV, "events.csv", null, null),
    /** {@code events.jsonl}: all events. */
    JSONL(AnnotationFormat.JSON_LINES, "events.jsonl", null, null),
    /** A selection table for each recording, and one for all with times that run on over the recordings. */
    RAVEN(AnnotationFormat.RAVEN, "raven-combined.txt", "raven", ".selections.txt"),
    /** A label track for each recording. */
    AUDACITY(AnnotationFormat.AUDACITY, null, "audacity", ".txt"),
    /** BirdNET-Analyzer's CSV for each recording and for all, under its names. */
    BIRDNET(AnnotationFormat.BIRDNET, "BirdNET_CombinedTable.csv", "birdnet", ".BirdNET.results.csv"),
    /** {@code events.parquet}: all events, in full precision; replaced when a run has gone through all recordings. */
    PARQUET(null, "events.parquet", null, null);

    private final AnnotationFormat format;
    private final String combined;
    private final String folder;
    private final String suffix;

    OutputFormat(AnnotationFormat format, String combined, String folder, String suffix) {
        this.format = format;
        this.combined = combined;
        this.folder = folder;
        this.suffix = suffix;
    }

    /** How events are written line by line; null for a format that has no lines. */
    public AnnotationFormat format() {
        return format;
    }

    /** Name of the table of all recordings, or null. */
    public String combined() {
        return combined;
    }

    /** Subfolder with a table for each recording, or null. */
    public String folder() {
        return folder;
    }

    /** End of the name of a recording's table, or null. */
    public String suffix() {
        return suffix;
    }

    /** Whether other programs open recordings by the path in the table: then it is absolute. */
    boolean namesPaths() {
        return this == RAVEN || this == BIRDNET;
    }
}
