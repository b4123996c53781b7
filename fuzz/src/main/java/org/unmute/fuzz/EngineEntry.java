package org.unmute.fuzz;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.unmute.fuzz.format.FuzzTarget;
import org.unmute.fuzz.format.Targets;

/** Entry points for the engine, which finds these methods by name. One target per process. */
public final class EngineEntry {
    /** System property: the folder for files that the target reads. */
    static final String FOLDER = "unmute.fuzz.folder";

    private static List<FuzzTarget> targets;
    private static Bounds bounds;

    private EngineEntry() {}

    /**
     * Chooses the target.
     *
     * @param args the target's name, or {@link MixedInput#NAME}
     */
    public static void fuzzerInitialize(String[] args) throws IOException {
        targets = args[0].equals(MixedInput.NAME) ? Targets.all() : List.of(Targets.named(args[0]));
        bounds = new Bounds(Path.of(System.getProperty(FOLDER)));
    }

    /** Runs one input; any throwable is a finding. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        if (targets.size() == 1) {
            bounds.check(targets.getFirst(), input);
        } else {
            MixedInput.check(bounds, input);
        }
    }
}
