package org.unmute.tensor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * Where the reference numbers lie: {@code src/test/resources/golden}, or the folder that the system property {@code
 * unmute.golden} names. The other modules use {@code org.unmute.kernels.contract.golden.Golden}, which this module
 * cannot depend on.
 */
public final class GoldenFolder {
    private static final Set<String> MISSING = new ConcurrentSkipListSet<>();

    private GoldenFolder() {}

    /**
     * The root. A relative path counts from the module's directory or, where it does not exist there, from one of the
     * directories above it.
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

    /** A sub-folder or file, such as {@code probes/autograd}; the test is skipped, visibly, if the root lacks it. */
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

    /** The cases found; none at all is a failure, since such a test would pass without testing anything. */
    public static <C extends Collection<?>> C cases(String what, C found) {
        if (found.isEmpty()) {
            throw new AssertionFailedError("golden: no case found for " + what + " in " + root());
        }
        return found;
    }
}
