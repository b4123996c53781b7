package org.unmute.experiments.scene;

/** The part of a data set that a scene belongs to; no source is shared between parts. */
public enum Split {
    TRAIN("train"),
    TEST("test");

    private final String label;

    Split(String label) {
        this.label = label;
    }

    /** The name used for folders and in manifests. */
    public String label() {
        return label;
    }
}
