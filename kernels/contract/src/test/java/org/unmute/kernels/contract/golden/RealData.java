package org.unmute.kernels.contract.golden;

import java.nio.file.Files;
import java.nio.file.Path;
import org.opentest4j.TestAbortedException;

/**
 * Real recordings and trained weights for tests. They are not part of the repository, but in {@code shared/data} next
 * to the checkout or in the folder given by the system property {@code unmute.data}. If they are absent the test is
 * skipped with the reason.
 */
public final class RealData {
    /** Name of the system property that sets another folder. */
    public static final String PROPERTY = "unmute.data";

    private RealData() {}

    /**
     * A file or folder of the real data.
     *
     * @throws TestAbortedException if it is missing; the test is then skipped with the reason
     */
    public static Path require(String name) {
        String chosen = System.getProperty(PROPERTY, "").strip();
        if (!chosen.isEmpty()) {
            Path path = Path.of(chosen).resolve(name);
            if (Files.exists(path)) {
                return path;
            }
            throw new TestAbortedException("skipped: " + path + " does not exist (-D" + PROPERTY + ")");
        }
        for (Path base = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
                base != null;
                base = base.getParent()) {
            Path path = base.resolve("shared/data").resolve(name);
            if (Files.exists(path)) {
                return path;
            }
        }
        throw new TestAbortedException("skipped: no shared/data/" + name + " next to the checkout; -D" + PROPERTY
                + "=DIR names another place");
    }
}
