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

/**
 * Opens files that keep their names while they are written to, such as journals and locks. In a folder that others may
 * write to, somebody could put a symbolic link there, through which another file would be overwritten.
 *
 * <p>Also tells what is at a path. {@link Files#exists}, {@link Files#isRegularFile} and {@link Files#isDirectory} take
 * every failure for absence: what a failing device hides for a moment would be written over or left out of a result.
 */
public final class RegularFile {
    /** What the JDK adds to the system's words for links that lead in a circle, and to no other. */
    private static final String CIRCLE = "or unable to access attributes of symbolic link";

    private RegularFile() {}

    /**
     * Opens a file as {@link FileChannel#open} does, but follows no symbolic link in the last part of its path.
     *
     * @throws FileSystemException naming the file, if it is a link, a folder, a pipe or a device
     * @throws IOException if it cannot be opened
     */
    public static FileChannel open(Path file, StandardOpenOption... options) throws IOException {
        require(file);
        Set<OpenOption> all = new HashSet<>(List.of(options));
        all.add(LinkOption.NOFOLLOW_LINKS);
        try {
            return FileChannel.open(file, all);
        } catch (FileSystemException e) {
            require(file); // says what is wrong with a link that was put there in the meantime
            throw e;
        }
    }

    /**
     * Whether there is a file or folder of this name.
     *
     * @throws IOException if that cannot be told
     */
    public static boolean exists(Path file) throws IOException {
        return attributes(file) != null;
    }

    /**
     * Whether a regular file, or a link to one, is there.
     *
     * @throws IOException if that cannot be told
     */
    public static boolean isFile(Path path) throws IOException {
        BasicFileAttributes found = attributes(path);
        return found != null && found.isRegularFile();
    }

    /**
     * Whether a folder, or a link to one, is there.
     *
     * @throws IOException if that cannot be told
     */
    public static boolean isFolder(Path path) throws IOException {
        BasicFileAttributes found = attributes(path);
        return found != null && found.isDirectory();
    }

    /** Null if nothing is there, also where links lead in a circle. */
    private static BasicFileAttributes attributes(Path path) throws IOException {
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
            return; // opening it creates it, or says that it is not there
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
