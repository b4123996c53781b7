package org.unmute.fuzz.format;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Sources of seeds: files from the modules' tests, and files created by this program's own writers.
 *
 * @param root root folder of the source tree
 * @param scratch an existing folder for created files
 */
public record SeedFiles(Path root, Path scratch) {
    /** Max size of a seed; longer files would slow down every mutation. */
    public static final int MAX_BYTES = 1 << 14;

    /** Makes a file. */
    @FunctionalInterface
    interface Writer {
        void write(Path file) throws IOException;
    }

    /** The contents of the files in a folder whose names match, sorted by name, without files that are too long. */
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

    /** The content of a file created with a writer. */
    byte[] made(String name, Writer writer) throws IOException {
        Path file = scratch.resolve(name);
        Files.createDirectories(file.getParent());
        Files.deleteIfExists(file);
        writer.write(file);
        return Files.readAllBytes(file);
    }
}
