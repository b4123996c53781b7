package org.unmute.data.provenance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.unmute.files.InputException;

/**
 * The room on the disk of a folder that a command is about to fill.
 *
 * @param folder the folder, which need not exist yet
 * @param free   bytes that may be written there
 */
public record DiskSpace(Path folder, long free) {
    /**
     * Asks the disk.
     *
     * @throws IOException if it does not answer
     */
    public static DiskSpace of(Path folder) throws IOException {
        Path existing = folder.toAbsolutePath();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        return new DiskSpace(folder, Files.getFileStore(existing).getUsableSpace());
    }

    /**
     * Bytes of the files in a folder and below; 0 if there is none. Links are not followed.
     *
     * @throws IOException if a folder cannot be listed
     */
    public static long used(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        long[] bytes = {0};
        try (Stream<Path> files = Files.find(folder.toRealPath(), Integer.MAX_VALUE, (_, a) -> {
            bytes[0] += a.isRegularFile() ? a.size() : 0;
            return false;
        })) {
            files.forEach(_ -> {});
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return bytes[0];
    }

    /**
     * Requires the room before anything is written.
     *
     * @param needed bytes that are expected to be written
     * @param what   what needs them, such as "the cache"
     * @param advice how to go on all the same, such as "add --yes to start all the same"
     * @throws InputException if it is expected not to suffice
     */
    public void require(long needed, String what, String advice) {
        if (needed > free) {
            throw new InputException(folder + ": about " + Units.bytes(needed) + " are needed for " + what + ", "
                    + Units.bytes(free) + " are free there; nothing was embedded: make room, name another folder, or "
                    + advice);
        }
    }
}
