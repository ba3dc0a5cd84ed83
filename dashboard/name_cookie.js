// Keeps the chosen name in this browser for a year; Python has encoded it.
export default function ({ data }) {
  const kept = `${data.name}=${data.value}; path=/; max-age=31536000; SameSite=Lax`
  document.cookie = location.protocol === "https:" ? `${kept}; Secure` : kept
}
