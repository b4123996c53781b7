package org.unmute.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.opentest4j.TestAbortedException;
import org.unmute.kernels.contract.golden.Golden;

/** The reference numbers of the module models, shared by the tests of this module. */
public final class ModelsGolden {
    private ModelsGolden() {}

    /** The root folder: the requested one, or that of the module models. */
    public static Path root() {
        if (!System.getProperty(Golden.PROPERTY, "").isBlank()) {
            return Golden.root();
        }
        return Checkout.root().resolve("models/src/test/resources/golden");
    }

    /** A file or folder below the root; if it is missing, the test is skipped with that reason. */
    public static Path require(String name) {
        Path path = root().resolve(name);
        if (!Files.exists(path)) {
            throw new TestAbortedException("skipped: " + root() + " has no " + name);
        }
        return path;
    }
}
