package org.unmute.experiments.scene;

/**
 * The ten procedural sound classes. Tonal ones share a frequency range and differ in modulation; impulsive ones share a
 * spectrum and differ in rhythm and decay; textures differ in colour.
 */
public enum Sound {
    SIREN("siren"),
    BIRD_CHIRP("bird_chirp"),
    DOG_BARK("dog_bark"),
    KNOCK("knock"),
    RAIN("rain"),
    ENGINE("engine"),
    BELL("bell"),
    ALARM("alarm"),
    WHISTLE("whistle"),
    CRACKLE("crackle");

    private final String label;

    Sound(String label) {
        this.label = label;
    }

    /** The class name used in manifests and tables. */
    public String label() {
        return label;
    }
}
