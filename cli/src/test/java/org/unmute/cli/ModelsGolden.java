package org.unmute.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.opentest4j.TestAbortedException;
import org.unmute.kernels.contract.golden.Golden;

/** The reference numbers of the module models, which this module's tests use too. */
public final class ModelsGolden {
    private ModelsGolden() {}

    /** The root: the requested folder, else that of models. */
    public static Path root() {
        if (!System.getProperty(Golden.PROPERTY, "").isBlank()) {
            return Golden.root();
        }
        return Path.of(System.getProperty("basedir", ""))
                .toAbsolutePath()
                .resolveSibling("models/src/test/resources/golden");
    }

    /** A file or folder in it; if it is missing, the test is skipped with the reason. */
    public static Path require(String name) {
        Path path = root().resolve(name);
        if (!Files.exists(path)) {
            throw new TestAbortedException("skipped: " + root() + " has no " + name);
        }
        return path;
    }
}
