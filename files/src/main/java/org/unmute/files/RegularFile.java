package org.unmute.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Opens files that are written in place, such as journals and locks. In a folder that others may write to, anyone could
 * plant a symbolic link of that name to have another file overwritten.
 *
 * <p>Also tells whether a path exists and what kind of file it is. {@link Files#exists}, {@link Files#isRegularFile}
 * and {@link Files#isDirectory} report every failure as absence, so a file on a device that fails for a moment would be
 * overwritten or left out of a result.
 */
public final class RegularFile {
    /** The text that the JDK adds to the system's message for circular links, and for nothing else. */
    private static final String CIRCLE = "or unable to access attributes of symbolic link";

    private RegularFile() {}

    /**
     * Opens a file as {@link FileChannel#open} does, but does not follow a symbolic link in the last part of its path.
     *
     * @throws FileSystemException if it is a link, a folder, a pipe or a device; the message names it
     * @throws IOException if it cannot be opened
     */
    public static FileChannel open(Path file, StandardOpenOption... options) throws IOException {
        require(file);
        Set<OpenOption> all = new HashSet<>(List.of(options));
        all.add(LinkOption.NOFOLLOW_LINKS);
        try {
            return FileChannel.open(file, all);
        } catch (FileSystemException e) {
            require(file); // reports a link that was created in the meantime
            throw e;
        }
    }

    /**
     * Whether a file or folder exists.
     *
     * @throws IOException if this cannot be determined
     */
    public static boolean exists(Path file) throws IOException {
        return attributes(file) != null;
    }

    /**
     * Whether a path is a regular file or a link to one.
     *
     * @throws IOException if this cannot be determined
     */
    public static boolean isFile(Path path) throws IOException {
        BasicFileAttributes found = attributes(path);
        return found != null && found.isRegularFile();
    }

    /**
     * Whether a path is a folder or a link to one.
     *
     * @throws IOException if this cannot be determined
     */
    public static boolean isFolder(Path path) throws IOException {
        BasicFileAttributes found = attributes(path);
        return found != null && found.isDirectory();
    }

    /** The attributes of a path; null if it does not exist or is a circular link. */
    private static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            return null;
        } catch (FileSystemException e) {
            if (e.getReason() != null && e.getReason().endsWith(CIRCLE)) {
                return null;
            }
            throw e;
        }
    }

    private static void require(Path file) throws IOException {
        BasicFileAttributes found;
        try {
            found = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return; // opening the file creates it or reports that it does not exist
        }
        if (!found.isRegularFile()) {
            String what = found.isSymbolicLink() ? "a symbolic link" : found.isDirectory() ? "a folder" : "a device";
            throw new FileSystemException(
                    file.toString(),
                    null,
                    what + " is where a file is to be written, and is left alone: remove it, or choose another place");
        }
    }
}
