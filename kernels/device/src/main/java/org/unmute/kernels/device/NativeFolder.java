package org.unmute.kernels.device;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * A private folder for a binding's native library. JOCL and JCuda unpack theirs under a fixed name into {@code
 * java.io.tmpdir} and load whatever lies there; in a folder that only this user may write to, nobody else can lay
 * something else there.
 */
public final class NativeFolder {
    private static final String TEMPORARY = "java.io.tmpdir";

    private NativeFolder() {}

    /** Runs something that unpacks native code, with the system's temporary folder set to a private one meanwhile. */
    public static synchronized <T> T within(Supplier<T> body) {
        String before = System.getProperty(TEMPORARY);
        try {
            // Created with rights for the owner alone, where the file system knows rights.
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

    /** A loaded library may be deleted at once on Linux, elsewhere only at the end. */
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
