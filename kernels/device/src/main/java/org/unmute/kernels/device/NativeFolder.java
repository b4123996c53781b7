package org.unmute.kernels.device;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * A private folder for a binding's native library. JOCL and JCuda unpack theirs under a fixed name into {@code
 * java.io.tmpdir} and load whatever file has that name; in a folder that only this user may write to, that file is
 * theirs.
 */
public final class NativeFolder {
    private static final String TEMPORARY = "java.io.tmpdir";

    private NativeFolder() {}

    /** Runs code that unpacks native libraries while the temporary folder is a private one. */
    public static synchronized <T> T within(Supplier<T> body) {
        String before = System.getProperty(TEMPORARY);
        try {
            // Accessible to the owner alone, where the file system has permissions.
            Path folder = Files.createTempDirectory("unmute-natives-");
            System.setProperty(TEMPORARY, folder.toString());
            try {
                return body.get();
            } finally {
                System.setProperty(TEMPORARY, before);
                deleteAtExit(folder);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("no temporary folder for native code", e);
        }
    }

    /** Windows cannot delete a loaded library before the process ends. */
    private static void deleteAtExit(Path folder) {
        folder.toFile().deleteOnExit();
        File[] files = folder.toFile().listFiles();
        if (files != null) {
            for (File f : files) {
                f.deleteOnExit();
            }
        }
    }
}
