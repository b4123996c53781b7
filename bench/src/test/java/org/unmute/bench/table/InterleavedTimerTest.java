package org.unmute.bench.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.PeerException;
import org.unmute.bench.rows.Row;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.Npy;

class InterleavedTimerTest {
    @TempDir
    private Path folder;

    private final List<String> turns = new ArrayList<>();
    private final Map<String, Fake> fakes = new HashMap<>();

    /** Reports the milliseconds that it is given, without waiting. */
    private class Fake implements PeerProcess {
        private final String name;
        private final double ms;
        private final float output;

        Fake(String name, double ms, float output) {
            this.name = name;
            this.ms = ms;
            this.output = output;
            fakes.put(name, this);
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String label() {
            return name + " 1.0";
        }

        @Override
        public Memory prepare(Path to) throws PeerException {
            try {
                Path own = Files.createDirectories(CaseFolder.outputs(to, name));
                Npy.write(own.resolve("y.npy"), Shape.of(1), new float[] {output});
            } catch (IOException e) {
                throw new PeerException("cannot write", e);
            }
            return new Memory(7, 100);
        }

        @Override
        public double[] time(int most, double seconds) {
            return time(most, seconds, ms);
        }

        double[] time(int most, double seconds, double each) {
            turns.add(name);
            return new double[] {each, each, each};
        }

        @Override
        public long peakBytes() {
            return 130;
        }

        @Override
        public void release() {}

        @Override
        public void close() {}
    }

    private Map<String, RowResult.Entry> run(int rounds, String... names) {
        Row row = Row.of("row", "a row", 1, 0, List.of(), _ -> {}, Row.within(1e-3));
        Map<String, RowResult.Entry> entries = new HashMap<>();
        new InterleavedTimer(rounds, 1000, _ -> {})
                .run(row, List.of(names), folder, name -> {
                    if (!fakes.containsKey(name)) {
                        throw new PeerException("is not here");
                    }
                    return fakes.get(name);
                })
                .forEach(e -> entries.put(e.name(), e));
        return entries;
    }

    @Test
    void whoComputesSomethingElseIsNotTimed() {
        new Fake(Row.OURS, 10, 1);
        new Fake("right", 20, 1);
        new Fake("wrong", 1, 2);
        Map<String, RowResult.Entry> entries = run(3, Row.OURS, "right", "wrong", "absent");
        assertThat(entries.get("right").ms()).isEqualTo(20);
        assertThat(entries.get("wrong").isTimed()).isFalse();
        assertThat(entries.get("wrong").problem()).contains("differs");
        assertThat(entries.get("absent").problem()).isEqualTo("is not here");
        assertThat(turns).doesNotContain("wrong");
    }

    @Test
    void turnsAreTakenInAnOrderThatMovesOnOnceEveryoneIsWarm() {
        new Fake(Row.OURS, 10, 1);
        new Fake("a", 10, 1);
        new Fake("b", 10, 1);
        run(3, Row.OURS, "a", "b");
        assertThat(turns)
                .containsExactly(
                        "unmute", "unmute", "unmute", "a", "a", "a", "b", "b", "b", "unmute", "a", "b", "a", "b",
                        "unmute", "b", "unmute", "a");
    }

    @Test
    void whoIsHopelesslySlowHasTwoTurnsOnly() {
        new Fake(Row.OURS, 10, 1);
        new Fake("slow", 500, 1);
        Map<String, RowResult.Entry> entries = run(5, Row.OURS, "slow");
        assertThat(entries.get("slow").rounds()).hasSize(2);
        assertThat(entries.get(Row.OURS).rounds()).hasSize(5);
    }

    @Test
    void aLongCallThatIsNoShorterTheSecondTimeCounts() {
        new Fake(Row.OURS, 3000, 1);
        Map<String, RowResult.Entry> entries = run(3, Row.OURS);
        assertThat(entries.get(Row.OURS).rounds()).hasSize(3);
        assertThat(turns).hasSize(4);
    }

    @Test
    void aCallThatWasLongOnlyTheFirstTimeIsWarmedUp() {
        new Fake(Row.OURS, 10, 1) {
            @Override
            public double[] time(int most, double seconds) {
                return time(most, seconds, turns.isEmpty() ? 3000 : 10);
            }
        };
        assertThat(run(3, Row.OURS).get(Row.OURS).rounds()).containsExactly(10.0, 10.0, 10.0);
    }

    @Test
    void withoutOursNobodyIsTimed() {
        new Fake("a", 10, 1);
        Map<String, RowResult.Entry> entries = run(3, Row.OURS, "a");
        assertThat(entries).containsOnlyKeys(Row.OURS);
        assertThat(turns).isEmpty();
    }

    @Test
    void withoutRoundsOutputsAreOnlyCompared() {
        new Fake(Row.OURS, 10, 1);
        new Fake("wrong", 10, 2);
        Map<String, RowResult.Entry> entries = run(0, Row.OURS, "wrong");
        assertThat(entries.get(Row.OURS).problem()).isEqualTo(InterleavedTimer.AGREES);
        assertThat(entries.get("wrong").problem()).contains("differs");
        assertThat(turns).isEmpty();
    }

    @Test
    void memoryIsWhatThePeakIsBeyondWhatWasLoaded() {
        new Fake(Row.OURS, 10, 1);
        RowResult.Entry own = run(2, Row.OURS).get(Row.OURS);
        assertThat(own.extraBytes()).isEqualTo(30);
        assertThat(own.tensorBytes()).isEqualTo(7);
    }
}
