package org.unmute.data.scene;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/**
 * Kinds of synthetic background noise. They differ in colour, in their variation over time, and in their individual
 * sounds.
 */
public enum BackgroundKind {
    /** Steady noise, -3 dB per octave. */
    PINK,
    /** Steady noise, -6 dB per octave. */
    BROWN,
    /** Gusts of low-frequency noise with some whistling. */
    WIND("wind"),
    /** Hiss with many drops. */
    RAIN("rain"),
    /** The harmonics of 50 or 60 Hz over faint hiss. */
    HUM("hum"),
    /** High-frequency trills, steady or in chirps. */
    INSECTS("insects", "crickets"),
    /** Rumble with passing vehicles. */
    TRAFFIC("traffic", "engine"),
    /** Isolated short clicks over faint noise. */
    CLICKS("clicks", "crackle", "crackling_fire", "clock_tick", "mouse_click");

    private final Set<String> classes;

    BackgroundKind(String... classes) {
        this.classes = Set.of(classes);
    }

    /** The name in options and tables. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The kind with this name.
     *
     * @throws IllegalArgumentException if there is none; the message names all kinds
     */
    public static BackgroundKind of(String label) {
        return Arrays.stream(values())
                .filter(kind -> kind.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("background: no kind of noise is named '" + label
                        + "': choose among "
                        + String.join(
                                ", ",
                                Arrays.stream(values())
                                        .map(BackgroundKind::label)
                                        .toList())));
    }

    /**
     * Whether a class is named after a sound that this noise resembles: such a background would be full of its events.
     */
    public boolean soundsLike(String label) {
        return classes.contains(label.toLowerCase(Locale.ROOT).replace(' ', '_'));
    }

    /**
     * Noise of this kind, bit-identical for the same arguments on every machine.
     *
     * @param rate   in Hz, at least 8000
     * @param length in samples, at least 1
     * @return {@code [length]}, RMS 1
     */
    float[] render(long seed, int rate, int length) {
        BackgroundNoises noises = new BackgroundNoises(new SceneRandom(seed), rate, length);
        float[] out = switch (this) {
            case PINK -> noises.pink();
            case BROWN -> noises.brown();
            case WIND -> noises.wind();
            case RAIN -> noises.rain();
            case HUM -> noises.hum();
            case INSECTS -> noises.insects();
            case TRAFFIC -> noises.traffic();
            case CLICKS -> noises.clicks();
        };
        double rms = Dsp.rms(out, 0, length);
        for (int i = 0; i < length; i++) {
            out[i] = (float) (out[i] / rms);
        }
        return out;
    }
}
