package org.unmute.tensor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * The folder of the reference numbers: {@code src/test/resources/golden}, or the folder given by the system property
 * {@code unmute.golden}. The other modules use {@code org.unmute.kernels.contract.golden.Golden}, on which this module
 * cannot depend.
 */
public final class GoldenFolder {
    private static final Set<String> MISSING = new ConcurrentSkipListSet<>();

    private GoldenFolder() {}

    /**
     * The root folder. A relative path is resolved against the module's directory or, if it does not exist there,
     * against the nearest directory above in which it does.
     */
    public static Path root() {
        String chosen = System.getProperty("unmute.golden", "").strip();
        Path module = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        Path relative = Path.of(chosen.isEmpty() ? "src/test/resources/golden" : chosen);
        for (Path base = module; base != null; base = chosen.isEmpty() ? null : base.getParent()) {
            Path root = base.resolve(relative);
            if (Files.isDirectory(root)) {
                return root;
            }
        }
        throw new IllegalStateException("golden: no folder " + relative + " from " + module
                + (chosen.isEmpty() ? "" : " or above (-Dunmute.golden)"));
    }

    /** A subfolder or file, such as {@code probes/autograd}. If it does not exist, the test is visibly skipped. */
    public static Path require(String name) {
        Path root = root();
        Path folder = root.resolve(name);
        if (Files.exists(folder)) {
            return folder;
        }
        String reason = "skipped: " + root + " has no " + name;
        if (MISSING.add(name)) {
            System.out.println("golden: " + reason + "; skipped so far in this run: " + MISSING.size());
        }
        throw new TestAbortedException(reason);
    }

    /** Returns the cases found. Fails if there are none, because the test would then pass without testing anything. */
    public static <C extends Collection<?>> C cases(String what, C found) {
        if (found.isEmpty()) {
            throw new AssertionFailedError("golden: no case found for " + what + " in " + root());
        }
        return found;
    }
}
