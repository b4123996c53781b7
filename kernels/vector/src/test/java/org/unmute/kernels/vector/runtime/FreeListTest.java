package org.unmute.kernels.vector.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FreeListTest {
    private final FreeList<String> shelf = new FreeList<>(3, 1000);

    private void giveFromElsewhere(String what, int length) throws InterruptedException {
        Thread other = Thread.ofPlatform().start(() -> shelf.give(what, length));
        other.join();
    }

    @Test
    void aThreadGetsBackWhatItHad() throws InterruptedException {
        shelf.give("mine", 110);
        giveFromElsewhere("yours", 100);

        assertThat(shelf.take(100)).isEqualTo("mine");
        assertThat(shelf.take(100)).isEqualTo("yours");
        assertThat(shelf.take(100)).isNull();
    }

    @Test
    void theShortestThatIsLongEnough() {
        shelf.give("long", 300);
        shelf.give("short", 200);
        shelf.give("shorter", 100);

        assertThat(shelf.take(101)).isEqualTo("short");
        assertThat(shelf.take(101)).isEqualTo("long");
        assertThat(shelf.take(101)).isNull();
        assertThat(shelf.take(100)).isEqualTo("shorter");
    }

    @Test
    void somebodyElsesRatherThanOneOfOnesOwnThatIsMuchTooLong() throws InterruptedException {
        shelf.give("mine", 300);
        giveFromElsewhere("yours", 120);

        assertThat(shelf.take(100)).isEqualTo("yours");
        assertThat(shelf.take(100)).isEqualTo("mine");
    }

    @Test
    void whatHasLainForLongestMakesRoom() {
        shelf.give("first", 10);
        shelf.give("second", 10);
        shelf.give("third", 10);
        shelf.give("fourth", 10);
        assertThat(shelf.take(10)).as("the one that was given last").isEqualTo("fourth");

        shelf.give("large", 985);
        assertThat(shelf.take(100)).isEqualTo("large");
        assertThat(shelf.take(1)).as("second made room for it").isEqualTo("third");
        assertThat(shelf.take(1)).isNull();
    }

    @Test
    void whatIsLongerThanAllTheRoomIsNotKept() {
        shelf.give("kept", 10);
        shelf.give("too long", 1001);

        assertThat(shelf.take(11)).isNull();
        assertThat(shelf.take(10)).isEqualTo("kept");
    }
}
