package org.unmute.events.review;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.unmute.data.verdict.Draw;
import org.unmute.data.verdict.ReviewedEvent;
import org.unmute.files.Sha256;

/**
 * A random sample of the events of a class, in an order in which each beginning is a sample, too. Events are divided by
 * score into strata of equal size. Each stratum has a random order, which depends only on the list, and the sample
 * takes the same share of each.
 */
public final class ReviewSample {
    /** Most strata of a class. */
    public static final int STRATA = 10;

    private final List<ReviewedEvent> order;
    private final List<List<ReviewedEvent>> strata;
    private final List<String> names;

    private ReviewSample(List<List<ReviewedEvent>> strata, List<ReviewedEvent> order, List<String> names) {
        this.strata = strata;
        this.order = order;
        this.names = names;
    }

    /** The sample of a class; empty if it has no listed events. */
    public static ReviewSample of(ListedEvents list, String label) {
        List<ReviewedEvent> events = list.of(label);
        int count = Math.min(STRATA, events.size());
        List<List<ReviewedEvent>> strata = new ArrayList<>();
        String[] names = new String[events.size()];
        for (int s = 0; s < count; s++) {
            int from = SampleOrder.start(s, count, events.size());
            int to = SampleOrder.start(s + 1, count, events.size());
            strata.add(events.subList(from, to));
            Arrays.fill(names, from, to, s + 1 + " of " + count);
        }
        int[] order = SampleOrder.of(events.size(), count, random(list.digest(), label));
        return new ReviewSample(
                strata,
                Arrays.stream(order).mapToObj(events::get).toList(),
                Arrays.stream(order).mapToObj(i -> names[i]).toList());
    }

    /** A generator that depends on the list and a name alone. */
    static Random random(String digest, String name) {
        MessageDigest seed = Sha256.digest();
        seed.update((digest + "\n" + name).getBytes(StandardCharsets.UTF_8));
        return new Random(ByteBuffer.wrap(seed.digest()).getLong());
    }

    /** The events in the order in which they are asked. */
    public List<ReviewedEvent> order() {
        return order;
    }

    /** The strata from the highest scores down, each with its events from the highest score down. */
    public List<List<ReviewedEvent>> strata() {
        return strata;
    }

    /**
     * How an event of the order is drawn.
     *
     * @param place   its place in the order, from 0
     * @param planned size of the sample that is planned
     */
    Draw draw(ListedEvents list, int place, int planned) {
        double probability = Math.min(1, (double) Math.max(planned, place + 1) / order.size());
        return new Draw(Draw.Kind.SAMPLE, list.floor(), names.get(place), probability, list.digest());
    }
}
