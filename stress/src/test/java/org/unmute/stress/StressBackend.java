package org.unmute.stress;

import java.util.concurrent.atomic.AtomicInteger;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.BackendProvider;
import org.unmute.tensor.backend.scalar.ScalarBackend;

/** A backend that opens quickly and counts how often it is closed. */
public final class StressBackend extends ScalarBackend {
    private final AtomicInteger closings = new AtomicInteger();

    /** Provides this backend, with priority over all others. */
    public static final class Provider implements BackendProvider {
        /** Called by the service loader. */
        public Provider() {}

        @Override
        public String name() {
            return "stress";
        }

        @Override
        public int priority() {
            return Integer.MAX_VALUE;
        }

        @Override
        public Availability probe() {
            return new Availability(true, "for tests of concurrency");
        }

        @Override
        public Backend open(int threads) {
            return new StressBackend();
        }
    }

    @Override
    public String name() {
        return "stress";
    }

    int closings() {
        return closings.get();
    }

    @Override
    public boolean isClosed() {
        return closings.get() > 0;
    }

    @Override
    public void close() {
        closings.incrementAndGet();
    }
}
