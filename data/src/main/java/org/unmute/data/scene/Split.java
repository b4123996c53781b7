package org.unmute.data.scene;

import java.util.Locale;

/** The part of a data set that a scene belongs to. Parts do not share sources. */
public enum Split {
    TRAIN,
    TEST;

    /** The name used for folders and in manifests. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
