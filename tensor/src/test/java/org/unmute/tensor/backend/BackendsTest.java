package org.unmute.tensor.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.scalar.ScalarBackend;

class BackendsTest {
    /** A backend that can be closed, like those with threads or a device. */
    private static class Closeable extends ScalarBackend {
        private final AtomicInteger closings = new AtomicInteger();

        @Override
        public String name() {
            return "closeable";
        }

        @Override
        public boolean isClosed() {
            return closings.get() > 0;
        }

        @Override
        public void close() {
            closings.incrementAndGet();
        }

        Backends.Choice chosen() {
            return new Backends.Choice(this, "for a test");
        }
    }

    @Test
    void whatIsOnAClosedBackendSaysSo() {
        Closeable closed = new Closeable();
        Tensor weight = Tensor.of(closed, new float[] {1, 2}, 2);
        Tensor other = Tensor.of(ScalarBackend.INSTANCE, new float[] {3, 4}, 2);
        closed.close();
        List<ThrowingCallable> uses = List.of(
                () -> weight.plus(weight),
                () -> other.plus(weight),
                () -> weight.plus(other),
                () -> other.to(closed),
                () -> Tensor.of(closed, new float[2], 2),
                weight::zerosLike);
        for (ThrowingCallable use : uses) {
            assertThatThrownBy(use)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("backend closeable was closed", "load them again");
        }
        assertThat(weight.toFloats()).as("values can still be read").containsExactly(1, 2);
    }

    @Test
    void aScopeClosesWhatWasOpenedInItAndRestoresWhatWasBefore() {
        Closeable outer = new Closeable();
        Closeable inner = new Closeable();
        try (Backends.Scope _ = Backends.scope()) {
            Backends.use(outer.chosen());
            Backends.Scope scope = Backends.scope();
            Backends.use(inner.chosen());
            scope.close();
            scope.close();
            assertThat(inner.closings).hasValue(1);
            assertThat(Backends.current()).isSameAs(outer);
            try (Backends.Scope _ = Backends.scope()) {
                assertThat(Backends.current()).isSameAs(outer);
            }
            assertThat(outer.closings).as("it belongs to the scope around").hasValue(0);
        }
        assertThat(outer.closings).hasValue(1);
    }

    @Test
    void closingClosesOnce() {
        Closeable backend = new Closeable();
        try (Backends.Scope _ = Backends.scope()) {
            Backends.use(backend.chosen());
            Backends.close();
            Backends.close();
            assertThat(backend.closings).hasValue(1);
            assertThat(Backends.current()).isNotSameAs(backend);
        }
    }

    /** The backend waits for its threads while one of them asks for the current backend. */
    @Test
    @Timeout(60)
    void aThreadThatAsksForTheBackendDoesNotHoldUpItsClosing() {
        Closeable waiting = new Closeable() {
            @Override
            public void close() {
                try {
                    Thread.ofPlatform().start(Backends::current).join();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                super.close();
            }
        };
        try (Backends.Scope _ = Backends.scope()) {
            Backends.use(waiting.chosen());
            Backends.close();
            assertThat(waiting.closings).hasValue(1);
        }
    }

    @Test
    void closingForgetsTheBackendAndTheNextUseOpensAnother() {
        Backends.Choice first = Backends.choice();
        assertThat(Backends.choice()).isSameAs(first);
        Backends.close();
        assertThat(Backends.choice()).isNotSameAs(first).isEqualTo(first);
        Backends.close();
        Backends.close();
        assertThat(Backends.current().name()).isEqualTo(first.backend().name());
    }

    @Test
    void theThreadsPropertyIsANumberOrAnError() {
        assertThat(Backends.threads(null)).isZero();
        assertThat(Backends.threads("")).isZero();
        assertThat(Backends.threads(" 3 ")).isEqualTo(3);
        assertThatThrownBy(() -> Backends.threads("abc"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("unmute.threads", "'abc'");
        assertThatThrownBy(() -> Backends.open("scalar", Backends.threads("-1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
    }

    @Test
    void devicesAreNamedByKindAndNumber() {
        assertThat(Backends.open("cpu", 1).backend().name()).isEqualTo("scalar");
        assertThat(Backends.open("scalar:0", 1).reason()).contains("asked for");
        assertThatThrownBy(() -> Backends.open("scalar:1", 1))
                .isInstanceOf(Backends.UnavailableException.class)
                .hasMessageContaining("has no device 1");
        assertThatThrownBy(() -> Backends.open("scalar:x", 1))
                .isInstanceOf(Backends.UnavailableException.class)
                .hasMessageContainingAll("scalar:x", "number");
        assertThatThrownBy(() -> Backends.open("quantum:1", 1))
                .isInstanceOf(Backends.UnavailableException.class)
                .hasMessageContainingAll("quantum", "scalar");
    }
}
