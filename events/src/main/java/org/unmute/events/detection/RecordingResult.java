package org.unmute.events.detection;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * The result for a recording whose events were found.
 *
 * @param id     id of the clip
 * @param sha256 SHA-256 of the file's bytes
 * @param stamp  properties of the file in the file system, see {@link #stampOf}
 * @param read  how much of the recording was read
 * @param events number of events
 */
public record RecordingResult(String id, String sha256, String stamp, ReadOutcome read, long events) {
    /**
     * Size, times and inode of a file. A file with the same stamp has the same bytes; if the stamp differs, the hash
     * decides. If the file system records a change time, which programs cannot set, it is part of the stamp.
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
