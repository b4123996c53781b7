package org.unmute.kernels.vector.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FreeListTest {
    private final FreeList<String> list = new FreeList<>(3, 1000);

    private void releaseFromAnotherThread(String value, int length) throws InterruptedException {
        Thread other = Thread.ofPlatform().start(() -> list.release(value, length));
        other.join();
    }

    @Test
    void aThreadPrefersWhatItReleased() throws InterruptedException {
        list.release("mine", 110);
        releaseFromAnotherThread("yours", 100);

        assertThat(list.acquire(100)).isEqualTo("mine");
        assertThat(list.acquire(100)).isEqualTo("yours");
        assertThat(list.acquire(100)).isNull();
    }

    @Test
    void theShortestThatIsLongEnough() {
        list.release("long", 300);
        list.release("short", 200);
        list.release("shorter", 100);

        assertThat(list.acquire(101)).isEqualTo("short");
        assertThat(list.acquire(101)).isEqualTo("long");
        assertThat(list.acquire(101)).isNull();
        assertThat(list.acquire(100)).isEqualTo("shorter");
    }

    @Test
    void anotherThreadsRatherThanItsOwnThatIsMuchTooLong() throws InterruptedException {
        list.release("mine", 300);
        releaseFromAnotherThread("yours", 120);

        assertThat(list.acquire(100)).isEqualTo("yours");
        assertThat(list.acquire(100)).isEqualTo("mine");
    }

    @Test
    void theOldestAreDroppedFirst() {
        list.release("first", 10);
        list.release("second", 10);
        list.release("third", 10);
        list.release("fourth", 10);
        assertThat(list.acquire(10)).as("the latest of equal length").isEqualTo("fourth");

        list.release("large", 985);
        assertThat(list.acquire(100)).isEqualTo("large");
        assertThat(list.acquire(1)).as("second was dropped").isEqualTo("third");
        assertThat(list.acquire(1)).isNull();
    }

    @Test
    void anItemAboveTheLimitIsNotKept() {
        list.release("kept", 10);
        list.release("too long", 1001);

        assertThat(list.acquire(11)).isNull();
        assertThat(list.acquire(10)).isEqualTo("kept");
    }
}
