package org.unmute.events.detection;

import org.unmute.data.annotation.AnnotationFormat;

/** Table formats of a detection folder. File names are those that users of each program expect. */
public enum OutputFormat {
    /** {@code events.csv}: all events. */
    CSV(AnnotationFormat.CSV, "events.csv", null, null),
    /** {@code events.jsonl}: all events. */
    JSONL(AnnotationFormat.JSON_LINES, "events.jsonl", null, null),
    /** A selection table for each recording, and one for all recordings with continuous times. */
    RAVEN(AnnotationFormat.RAVEN, "raven-combined.txt", "raven", ".selections.txt"),
    /** A label track for each recording. */
    AUDACITY(AnnotationFormat.AUDACITY, null, "audacity", ".txt"),
    /** BirdNET-Analyzer's CSV for each recording and for all, under the names that BirdNET uses. */
    BIRDNET(AnnotationFormat.BIRDNET, "BirdNET_CombinedTable.csv", "birdnet", ".BirdNET.results.csv"),
    /** {@code events.parquet}: all events, in full precision; replaced once a run has processed all recordings. */
    PARQUET(null, "events.parquet", null, null),
    /** Camtrap DP: a data package of deployments, media and observations; replaced at the end. */
    CAMTRAPDP(null, "camtrapdp/datapackage.json", null, null);

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

    /** The line-by-line format of events; null for formats that do not consist of lines. */
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

    /** Name suffix of the tables of single recordings, or null. */
    public String suffix() {
        return suffix;
    }

    /** Whether other programs open recordings by the path in the table, which is then absolute. */
    boolean namesPaths() {
        return this == RAVEN || this == BIRDNET;
    }
}
