package org.unmute.data.set;

import java.util.ArrayList;
import java.util.List;

/**
 * The supported data sets: the fourteen of the paper, AudioSet's unbalanced list, DCASE 2016 task 2 as HEAR packs it,
 * and two formats for user recordings.
 */
public final class Datasets {
    private static final List<Dataset> ALL = all();

    private Datasets() {}

    private static List<Dataset> all() {
        List<Dataset> all =
                new ArrayList<>(List.of(AudioSet.balanced(), new Fsd50k(), new Desed(), new Spass(), new UrbanSed()));
        all.addAll(BirdSet.all());
        all.addAll(List.of(new Esc50(), new SpeechCommands(), AudioSet.full(), new HearEvents()));
        all.addAll(List.of(new TableSet(), new FolderSet()));
        return List.copyOf(all);
    }

    /** All sets: first those of the paper, in its order. */
    public static List<Dataset> list() {
        return ALL;
    }

    /** The names of all sets. */
    public static List<String> names() {
        return ALL.stream().map(d -> d.info().name()).toList();
    }

    /**
     * A set by its name.
     *
     * @throws IllegalArgumentException if there is none; the message names all sets
     */
    public static Dataset byName(String name) {
        return ALL.stream()
                .filter(d -> d.info().name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "dataset '" + name + "' is not known: there are " + String.join(", ", names())));
    }
}
