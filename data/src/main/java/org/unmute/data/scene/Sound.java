package org.unmute.data.scene;

import java.util.Locale;

/**
 * The ten procedural sound classes. Tonal ones share a frequency range and differ in modulation; impulsive ones share a
 * spectrum and differ in rhythm and decay; textures differ in colour.
 */
public enum Sound {
    SIREN,
    BIRD_CHIRP,
    DOG_BARK,
    KNOCK,
    RAIN,
    ENGINE,
    BELL,
    ALARM,
    WHISTLE,
    CRACKLE;

    /** The class name used in manifests and tables. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
