package org.unmute.data.set;

import java.io.IOException;
import java.nio.file.Path;

/** Opens the annotations of URBAN-SED one by one, which only their data set does elsewhere. */
public final class UrbanSedFiles {
    private UrbanSedFiles() {}

    /** Reads a file of JAMS. */
    public static void jams(Path file) throws IOException {
        UrbanSed.ofJams(file);
    }

    /** Reads a table of events. */
    public static void text(Path file) throws IOException {
        UrbanSed.ofText(file);
    }
}
