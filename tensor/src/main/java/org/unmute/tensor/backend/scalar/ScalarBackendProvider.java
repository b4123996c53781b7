package org.unmute.tensor.backend.scalar;

import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.BackendProvider;

/** Provides the scalar backend, which is always available and chosen last. */
public final class ScalarBackendProvider implements BackendProvider {
    /** For the service loader. */
    public ScalarBackendProvider() {}

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public Availability probe() {
        return new Availability(true, ScalarBackend.INSTANCE.describe());
    }

    @Override
    public Backend open(int threads) {
        return ScalarBackend.INSTANCE;
    }
}
