package org.unmute.fuzz;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unmute.fuzz.format.FuzzTarget;
import org.unmute.fuzz.format.SeedFiles;
import org.unmute.fuzz.format.Targets;

/**
 * All targets in one process, for a quick look: the first byte of an input chooses the target that gets the rest.
 * Campaigns of single targets find more, since the engine then devotes its corpus and all its time to one target.
 */
final class MixedInput {
    /** Name of this choice on the command line. */
    static final String NAME = "mixed";

    private MixedInput() {}

    /** The seeds of all targets. */
    static List<byte[]> seeds(SeedFiles files) throws IOException {
        List<byte[]> all = new ArrayList<>();
        for (int i = 0; i < Targets.all().size(); i++) {
            for (byte[] seed : Targets.all().get(i).seeds().contents(files)) {
                byte[] input = new byte[seed.length + 1];
                input[0] = (byte) i;
                System.arraycopy(seed, 0, input, 1, seed.length);
                all.add(input);
            }
        }
        return all;
    }

    /** Checks an input with the target that its first byte chooses. */
    static void check(Bounds bounds, byte[] input) throws IOException {
        if (input.length > 0) {
            FuzzTarget target =
                    Targets.all().get((input[0] & 0xFF) % Targets.all().size());
            bounds.check(target, Arrays.copyOfRange(input, 1, input.length));
        }
    }
}
