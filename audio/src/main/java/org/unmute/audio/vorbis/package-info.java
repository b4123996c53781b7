/**
 * Ogg Vorbis (RFC 3533 and the Vorbis I specification of Xiph.Org) as an {@link org.unmute.audio.AudioStream}. No
 * decoder on Maven Central is safe for untrusted files. JOrbis ({@code com.googlecode.soundlibs:jorbis}, no longer
 * maintained) allocates as much as unchecked headers demand, can loop forever while computing the size of a codebook,
 * and can decode in only one thread at a time. J-Ogg ({@code com.github.stephengold:j-ogg-vorbis}, the maintained one)
 * treats residues of type 1 as type 2, drops packets that end early, and hangs on a codebook without dimensions. In
 * this decoder, the work per packet is bounded by its bits, and memory by the limits in {@code VorbisSetup}. Floors of
 * type 0, which no encoder has written since Vorbis 1.0, are not supported.
 */
package org.unmute.audio.vorbis;
