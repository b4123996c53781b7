package org.unmute.fuzz.format;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Where seeds come from: files of the modules' tests, and files that the writers of this program make.
 *
 * @param root    the folder of the source tree
 * @param scratch an existing folder for files that are made
 */
public record SeedFiles(Path root, Path scratch) {
    /** Longer files would slow every mutation of them. */
    public static final int MAX_BYTES = 1 << 14;

    /** Makes a file. */
    @FunctionalInterface
    interface Writer {
        void write(Path file) throws IOException;
    }

    /** The contents of the files of a folder whose names match, in the order of their names, without long ones. */
    List<byte[]> matching(String folder, String glob) throws IOException {
        Path from = root.resolve(folder);
        if (!Files.isDirectory(from)) {
            throw new IOException("fuzz: no folder " + from + " with seeds: name the folder of the source tree");
        }
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(from, glob)) {
            for (Path file : files) {
                if (Files.isRegularFile(file) && Files.size(file) <= MAX_BYTES) {
                    found.add(file);
                }
            }
        }
        Collections.sort(found);
        List<byte[]> contents = new ArrayList<>();
        for (Path file : found) {
            contents.add(Files.readAllBytes(file));
        }
        return contents;
    }

    /** The content of a file that is made for this. */
    byte[] made(String name, Writer writer) throws IOException {
        Path file = scratch.resolve(name);
        Files.createDirectories(file.getParent());
        Files.deleteIfExists(file);
        writer.write(file);
        return Files.readAllBytes(file);
    }
}
