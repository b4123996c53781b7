package org.unmute.kernels.contract.golden;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.unmute.tensor.backend.Backends;

/** The backend chosen by the system property {@code unmute.backend}, for tests that use the current backend. */
public final class ChosenBackend {
    private ChosenBackend() {}

    /**
     * If the chosen backend does not run here: a single test, skipped with the reason, to replace those that need it.
     */
    public static Optional<List<DynamicTest>> skipped() {
        try {
            System.out.println("tests on " + Backends.choice().reason());
            return Optional.empty();
        } catch (Backends.UnavailableException e) {
            String why = "skipped: " + e.getMessage();
            System.out.println(why);
            return Optional.of(List.of(DynamicTest.dynamicTest(why, () -> Assumptions.abort(why))));
        }
    }
}
