package org.unmute.events.detection;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * Size, times and inode of a file. A file with the same stamp has the same bytes; of another one the hash decides.
 * Where the file system has a change time, which programs cannot set, it is part of the stamp.
 */
final class FileStamp {
    private FileStamp() {}

    static String of(Path file) throws IOException {
        BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
        String stamp = a.size() + " bytes, modified " + a.lastModifiedTime().toInstant();
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("unix")) {
            FileTime changed = (FileTime) Files.getAttribute(file, "unix:ctime");
            stamp += ", changed " + changed.toInstant() + ", inode " + Files.getAttribute(file, "unix:ino");
        }
        return stamp;
    }
}
