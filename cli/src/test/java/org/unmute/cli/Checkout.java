package org.unmute.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** The checkout whose classes are tested: tests of this module run in its folder or, by {@code commands}, below it. */
public final class Checkout {
    private Checkout() {}

    /** The folder of the parent POM. */
    public static Path root() {
        Path folder = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        while (!Files.exists(folder.resolve("tensor/pom.xml"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new IllegalStateException(
                        "no folder above the module " + System.getProperty("basedir", "") + " has tensor/pom.xml");
            }
        }
        return folder;
    }
}
