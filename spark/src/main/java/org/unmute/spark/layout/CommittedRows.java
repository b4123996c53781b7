package org.unmute.spark.layout;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.unmute.spark.input.AudioInput;
import org.unmute.spark.plan.PlannedClip;
import org.unmute.spark.table.ResultColumns;

/**
 * The rows that earlier runs committed, compared with the clips of a plan: which clips are done, and which rows have to
 * go because their clips are done again. A clip whose file has another size, time or ETag than in its row is compared
 * by digest. One thread at a time.
 */
final class CommittedRows {
    private static final String[] COLUMNS = {
        "_metadata.file_name as part",
        "clip",
        "path",
        "start",
        "end",
        "labels",
        "split",
        "stamp",
        "sha256",
        "shard",
        "error is not null as failed"
    };

    private final List<PlannedClip> plan;
    private final boolean verify;
    private final Map<String, Integer> numbers = new HashMap<>();
    private final BitSet done = new BitSet();
    /** Clips that are not planned and have a row. */
    private final Set<String> others = new HashSet<>();

    private final Set<String> lostOthers = new TreeSet<>();
    private final List<Doubtful> doubtful = new ArrayList<>();
    private final Map<String, Set<String>> dropped = new HashMap<>();
    private final Map<String, PlannedClip> revised = new HashMap<>();
    private final Set<String> rewritten = new TreeSet<>();
    private final Set<String> shards = new HashSet<>();
    private int gone;
    private int noted;

    /** A row that counts if the file of its clip still has this digest. */
    private record Doubtful(int number, String part, String sha256, String shard, boolean renoted, boolean touched) {}

    private CommittedRows(List<PlannedClip> plan, boolean verify) {
        this.plan = plan;
        this.verify = verify;
        for (int i = 0; i < plan.size(); i++) {
            numbers.put(plan.get(i).clip(), i);
        }
    }

    /**
     * Compares rows with a plan.
     *
     * @param index rows of the index
     * @param isThere whether a shard is whole, as far as is known
     * @param verify whether every clip is compared by digest
     * @param digests hashes files, by URI; leaves out what cannot be read
     */
    static CommittedRows of(
            Dataset<Row> index,
            List<PlannedClip> plan,
            Predicate<String> isThere,
            boolean verify,
            Function<Collection<String>, Map<String, String>> digests) {
        CommittedRows rows = new CommittedRows(plan, verify);
        for (Iterator<Row> all = index.selectExpr(COLUMNS).toLocalIterator(); all.hasNext(); ) {
            rows.add(all.next(), isThere);
        }
        rows.decide(digests);
        return rows;
    }

    private void add(Row row, Predicate<String> isThere) {
        String part = row.getString(0);
        String clip = row.getString(1);
        String shard = row.getString(9);
        Integer number = numbers.get(clip);
        boolean first = number == null ? !others.contains(clip) : !done.get(number);
        if (!first) {
            drop(part, clip); // a run was killed after it had written this row again
        } else if (shard != null && !isThere.test(shard)) {
            drop(part, clip);
            if (number == null) {
                lostOthers.add(clip);
            }
        } else if (number == null) {
            others.add(clip);
            name(shard);
        } else {
            add(row, number, part, shard);
        }
    }

    private void add(Row row, int number, String part, String shard) {
        PlannedClip clip = plan.get(number);
        double end = row.isNullAt(4) ? Double.POSITIVE_INFINITY : row.getDouble(4);
        boolean same = clip.file().equals(row.getString(2)) && clip.start() == row.getDouble(3) && clip.end() == end;
        boolean absent = AudioInput.ABSENT.equals(clip.stamp());
        if (row.getBoolean(10) || !same) {
            drop(part, clip.clip());
            return;
        }
        boolean renoted = clip.labels() != null && !clip.labels().equals(row.getString(5))
                || clip.split() != null && !clip.split().equals(row.getString(6));
        boolean touched = !clip.stamp().equals(row.getString(7));
        done.set(number);
        if (!absent && (touched || verify)) {
            doubtful.add(new Doubtful(number, part, row.getString(8), shard, renoted, touched));
            return;
        }
        gone += absent ? 1 : 0;
        keep(number, part, shard, renoted, false);
    }

    private void keep(int number, String part, String shard, boolean renoted, boolean touched) {
        name(shard);
        noted += renoted ? 1 : 0;
        if (renoted || touched) {
            revised.put(plan.get(number).clip(), plan.get(number));
            rewritten.add(part);
        }
    }

    private void decide(Function<Collection<String>, Map<String, String>> digests) {
        Map<String, String> now = digests.apply(
                doubtful.stream().map(d -> plan.get(d.number()).uri()).collect(Collectors.toCollection(TreeSet::new)));
        for (Doubtful row : doubtful) {
            PlannedClip clip = plan.get(row.number());
            if (row.sha256() != null && row.sha256().equals(now.get(clip.uri()))) {
                keep(row.number(), row.part(), row.shard(), row.renoted(), row.touched());
            } else {
                done.clear(row.number());
                drop(row.part(), clip.clip());
            }
        }
    }

    private void drop(String part, String clip) {
        dropped.computeIfAbsent(part, _ -> new HashSet<>()).add(clip);
        rewritten.add(part);
    }

    private void name(String shard) {
        if (shard != null) {
            shards.add(shard);
        }
    }

    /** The clips of the plan that are not done, in their order. */
    List<PlannedClip> remaining() {
        List<PlannedClip> remaining = new ArrayList<>();
        for (int i = 0; i < plan.size(); i++) {
            if (!done.get(i)) {
                remaining.add(plan.get(i));
            }
        }
        return remaining;
    }

    /** Number of clips that are done although their files no longer exist. */
    int gone() {
        return gone;
    }

    /** Number of clips that are done and whose labels or split are others now. */
    int noted() {
        return noted;
    }

    /** Clips that are not planned and whose tokens are lost. */
    Set<String> lostOthers() {
        return lostOthers;
    }

    /** Shards of rows that stay. */
    Set<String> shards() {
        return shards;
    }

    /** Names of the parts of the index with rows that go or change. */
    Set<String> rewritten() {
        return rewritten;
    }

    /** The rows of {@link #rewritten} that stay, with the stamps, labels and splits of the plan. */
    Dataset<Row> staying(Dataset<Row> parts) {
        Map<String, Set<String>> out = new HashMap<>(dropped);
        Map<String, PlannedClip> other = new HashMap<>(revised);
        FilterFunction<Row> stays =
                row -> !out.getOrDefault(row.<String>getAs("part"), Set.of()).contains(row.<String>getAs("clip"));
        MapFunction<Row, Row> revise = row -> revised(row, other.get(row.<String>getAs("clip")));
        return parts.selectExpr("_metadata.file_name as part", "*")
                .filter(stays)
                .map(revise, Encoders.row(ResultColumns.INDEX.schema()));
    }

    /** A row without its part. Labels and splits that the plan lacks stay. */
    private static Row revised(Row row, PlannedClip plan) {
        String[] names = ResultColumns.INDEX.schema().fieldNames();
        Object[] values = new Object[names.length];
        for (int i = 0; i < names.length; i++) {
            Object old = row.getAs(names[i]);
            values[i] = plan == null
                    ? old
                    : switch (names[i]) {
                        case "root" -> plan.root();
                        case "stamp" -> plan.stamp();
                        case "labels" -> plan.labels() == null ? old : plan.labels();
                        case "split" -> plan.split() == null ? old : plan.split();
                        default -> old;
                    };
        }
        return RowFactory.create(values);
    }
}
