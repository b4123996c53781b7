package org.unmute.fuzz;

import java.nio.file.Files;
import java.nio.file.Path;

/** The root folder, which contains the modules. */
final class SourceTree {
    private SourceTree() {}

    static Path root() {
        Path folder = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        while (!Files.exists(folder.resolve("fuzz/pom.xml"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
