//! Chance from the operating system, Argon2id on a bounded pool, HS256 access tokens.

use std::sync::Arc;

use argon2::{Argon2, Params, password_hash::phc::PasswordHash};
use async_trait::async_trait;
use domain::{
    Error, Result,
    ports::{AccessClaims, HashingTurn, Secrets, Verified},
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use shared_types::{SessionId, Timestamp, UserId};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

use crate::hashing::{HashingThreads, Memory};

/// Sign-ups and log-ins that wait for their turn; more are turned away. 19 MiB are needed per hash being made, none per
/// one that waits.
const QUEUE: usize = 4_096;

/// A hash of nothing in particular, with today's parameters: an unknown login costs as much as a known one.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0IGZvciBub25l$GmrqGKnrQdnMSFNh4JPGMHtzaw0PEZKYeRSrSJBhGFE";

pub struct ServerSecrets {
    encoding: EncodingKey,
    decoding: DecodingKey,
    threads: HashingThreads,
    turns: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: UserId,
    sid: SessionId,
    iat: i64,
    nbf: i64,
    exp: i64,
}

impl ServerSecrets {
    /// The signing key is at least 32 random bytes. At most half of the cores hash at the same time.
    pub fn new(signing_key: &[u8]) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let at_once = (cores / 2).max(1);
        Self {
            encoding: EncodingKey::from_secret(signing_key),
            decoding: DecodingKey::from_secret(signing_key),
            threads: HashingThreads::start(at_once),
            turns: Arc::new(Semaphore::new(at_once)),
            waiting: Arc::new(Semaphore::new(QUEUE)),
        }
    }
}

/// Argon2id with 19 MiB, two passes, one lane: the first choice of the OWASP Password Storage Cheat Sheet.
fn hasher() -> Argon2<'static> {
    Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, Params::DEFAULT)
}

/// Passwords longer than this were cut by bcrypt when they were hashed elsewhere.
const BCRYPT_BYTES: usize = 72;

/// Costs the same whether there is a hash to compare with or not.
fn verify(memory: &mut Memory, password: &str, hash: Option<&str>) -> Result<Verified> {
    if let Some(foreign) = hash.filter(|hash| hash.starts_with("$2")) {
        let cut = &password.as_bytes()[..password.len().min(BCRYPT_BYTES)];
        return Ok(if bcrypt::verify(cut, foreign).unwrap_or(false) { Verified::YesButOutdated } else { Verified::No });
    }
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(DUMMY)) else { return Ok(Verified::No) };
    let (Some(salt), Some(expected), Ok(params)) = (&parsed.salt, &parsed.hash, Params::try_from(&parsed)) else { return Ok(Verified::No) };
    let algorithm = argon2::Algorithm::try_from(parsed.algorithm.as_str()).map_err(Error::internal)?;
    let costs = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
    let is_current = algorithm == argon2::Algorithm::Argon2id && costs(&params) == costs(&Params::DEFAULT);
    let mut output = vec![0; expected.as_bytes().len()];
    let argon = Argon2::new(algorithm, argon2::Version::V0x13, params);
    memory.hash(&argon, password.as_bytes(), salt.as_ref(), &mut output)?;
    let is_right = hash.is_some() && bool::from(output.ct_eq(expected.as_bytes()));
    Ok(match (is_right, is_current) {
        (false, _) => Verified::No,
        (true, true) => Verified::Yes,
        (true, false) => Verified::YesButOutdated,
    })
}

#[async_trait]
impl Secrets for ServerSecrets {
    fn fill_random(&self, bytes: &mut [u8]) {
        #[expect(clippy::expect_used, reason = "a system without randomness cannot serve anyone safely")]
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }

    async fn hashing_turn(&self) -> Result<HashingTurn> {
        let full = || Error::Unavailable("too many sign-ins at once".into());
        let place = self.waiting.clone().try_acquire_owned().map_err(|_| full())?;
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| full())?;
        Ok(HashingTurn(Box::new((place, turn))))
    }

    async fn hash_password(&self, _turn: &HashingTurn, password: &str) -> Result<String> {
        let password = password.to_owned();
        let mut salt = [0; 16];
        self.fill_random(&mut salt);
        self.threads.run(move |memory| memory.phc(&hasher(), password.as_bytes(), salt)).await?
    }

    async fn verify_password(&self, password: &str, hash: Option<&str>) -> Result<Verified> {
        let _turn = self.hashing_turn().await?;
        let (password, hash) = (password.to_owned(), hash.map(str::to_owned));
        self.threads.run(move |memory| verify(memory, &password, hash.as_deref())).await?
    }

    fn sign_access(&self, claims: AccessClaims, now: Timestamp, expires_at: Timestamp) -> Result<String> {
        let (iat, exp) = (now.0.div_euclid(1000), expires_at.0.div_euclid(1000));
        let claims = Claims { sub: claims.user_id, sid: claims.session_id, iat, nbf: iat, exp };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding).map_err(Error::internal)
    }

    fn read_access(&self, token: &str, now: Timestamp) -> Result<AccessClaims> {
        // One algorithm and no other, so that neither `none` nor a public key used as a secret gets through. The times are
        // compared here, with the clock of the context.
        let mut validation = Validation::new(Algorithm::HS256);
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.required_spec_claims.clear();
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, &validation).map_err(|_| Error::Unauthenticated)?.claims;
        let now_s = now.0.div_euclid(1000);
        if now_s >= claims.exp {
            return Err(Error::TokenExpired);
        }
        if now_s < claims.nbf {
            return Err(Error::Unauthenticated);
        }
        Ok(AccessClaims { user_id: claims.sub, session_id: claims.sid })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> AccessClaims {
        AccessClaims { user_id: UserId(uuid::Uuid::from_u128(1)), session_id: SessionId(uuid::Uuid::from_u128(2)) }
    }

    #[test]
    fn only_our_own_unexpired_tokens_hold() {
        let secrets = ServerSecrets::new(&[7; 32]);
        let token = secrets.sign_access(claims(), Timestamp(1_000_000), Timestamp(1_600_000)).unwrap();
        assert_eq!(secrets.read_access(&token, Timestamp(1_599_000)).unwrap(), claims());
        assert!(matches!(secrets.read_access(&token, Timestamp(1_600_000)), Err(Error::TokenExpired)));
        assert!(matches!(secrets.read_access(&token, Timestamp(999_000)), Err(Error::Unauthenticated)));
        let other = ServerSecrets::new(&[8; 32]);
        assert!(matches!(other.read_access(&token, Timestamp(1_100_000)), Err(Error::Unauthenticated)));
        // {"alg":"none","typ":"JWT"} before the same claims, with and without the signature.
        let (claims, signature) = token.split_once('.').unwrap().1.split_once('.').unwrap();
        for forged in [
            format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}."),
            format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.{signature}"),
            String::new(),
            "a.b.c".into(),
        ] {
            assert!(matches!(secrets.read_access(&forged, Timestamp(1_100_000)), Err(Error::Unauthenticated)), "{forged}");
        }
    }

    #[test]
    fn old_and_foreign_hashes_verify_and_ask_to_be_renewed() {
        let memory = &mut Memory::default();
        let check = |password: &str, hash: Option<&str>| verify(&mut Memory::default(), password, hash).unwrap();
        let weak = Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, Params::new(4096, 1, 1, None).unwrap());
        let old = memory.phc(&weak, b"correct horse", [7; 16]).unwrap();
        assert_eq!(check("correct horse", Some(&old)), Verified::YesButOutdated);
        let foreign = bcrypt::hash("correct horse", 4).unwrap();
        assert_eq!(check("correct horse", Some(&foreign)), Verified::YesButOutdated);
        assert_eq!(check("wrong horse", Some(&foreign)), Verified::No);
        let current = memory.phc(&hasher(), b"correct horse", [8; 16]).unwrap();
        assert_eq!(check("correct horse", Some(&current)), Verified::Yes);
        assert_eq!(check("wrong horse", Some(&current)), Verified::No);
        assert_eq!(check("correct horse", None), Verified::No);
        // Another implementation reads what this one wrote.
        let parsed = PasswordHash::new(&current).unwrap();
        assert!(argon2::PasswordVerifier::verify_password(&hasher(), b"correct horse", &parsed).is_ok());
        assert!(PasswordHash::new(DUMMY).is_ok(), "the dummy must cost a real verification");
    }
}
