package org.unmute.events.detection;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * A recording whose events were found.
 *
 * @param id     of the clip
 * @param sha256 of the file's bytes
 * @param stamp  what the file system says about the file, see {@link #stampOf}
 * @param read  what was read of it
 * @param events how many there are
 */
public record RecordingResult(String id, String sha256, String stamp, ReadOutcome read, long events) {
    /**
     * Size, times and inode of a file. A file with the same stamp has the same bytes; of another one the hash decides.
     * Where the file system has a change time, which programs cannot set, it is part of the stamp.
     */
    static String stampOf(Path file) throws IOException {
        BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
        String stamp = a.size() + " bytes, modified " + a.lastModifiedTime().toInstant();
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("unix")) {
            FileTime changed = (FileTime) Files.getAttribute(file, "unix:ctime");
            stamp += ", changed " + changed.toInstant() + ", inode " + Files.getAttribute(file, "unix:ino");
        }
        return stamp;
    }
}
